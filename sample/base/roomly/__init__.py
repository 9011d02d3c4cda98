"""Bookings, prices and invoices for small hotels."""

__version__ = "2.4.0"
