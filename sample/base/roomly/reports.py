"""Figures for the owner."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal

from roomly.booking import Status
from roomly.calendar import month_bounds, nights_between
from roomly.money import round_amount


def occupancy(bookings, n_rooms, year, month):
    """Share of room nights that are sold in the month."""
    first, after = month_bounds(year, month)
    if n_rooms <= 0:
        return Decimal(0)
    sold = 0
    for booking in bookings:
        if booking.status is Status.CANCELLED:
            continue
        start, end = max(booking.arrival, first), min(booking.departure, after)
        if start < end:
            sold += len(nights_between(start, end))
    return (Decimal(sold) / (n_rooms * (after - first).days)).quantize(Decimal("0.001"))


def revenue_by_month(invoices):
    months = defaultdict(Decimal)
    for invoice in invoices:
        if not invoice.cancelled:
            months[invoice.issued_on.strftime("%Y-%m")] += invoice.net_total()
    return dict(sorted(months.items()))


def best_guests(invoices, limit=3):
    """Names with their revenue; equal revenue in the order of names."""
    revenue = Counter()
    for invoice in invoices:
        if not invoice.cancelled:
            revenue[invoice.guest] += invoice.net_total()
    return sorted(revenue.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]


def ageing(invoices, today, steps=(0, 30, 60, 90)):
    """Open amounts by days after the due day."""
    buckets = {step: Decimal(0) for step in steps}
    for invoice in invoices:
        days = (today - invoice.due_on).days
        if invoice.open_amount <= 0 or days < steps[0]:
            continue
        buckets[max(step for step in steps if step <= days)] += invoice.open_amount
    return buckets


def average_rate(invoices):
    """Average price of a night over all invoices, before tax."""
    nights = revenue = Decimal(0)
    for invoice in invoices:
        for line in invoice.lines:
            if line.category == "stay":
                nights += line.quantity
                revenue += line.unit_price * line.quantity * (1 - line.discount)
    return round_amount(revenue / nights) if nights else None


def table(rows, headers):
    """Columns as wide as their widest cell; numbers to the right."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max([len(header), *(len(row[n]) for row in cells)]) for n, header in enumerate(headers)]
    lines = ["  ".join(header.ljust(width) for header, width in zip(headers, widths)).rstrip()]
    lines.append("  ".join("-" * width for width in widths))
    for row, shown in zip(rows, cells):
        line = [
            text.rjust(width) if isinstance(cell, (int, Decimal)) else text.ljust(width)
            for cell, text, width in zip(row, shown, widths)
        ]
        lines.append("  ".join(line).rstrip())
    return "\n".join(lines)
