"""Errors that the web shop shows to people."""


class RoomlyError(Exception):
    """Base class; `code` is what the API returns."""

    code = "error"


class ValidationError(RoomlyError):
    code = "invalid"

    def __init__(self, field, message):
        super().__init__(f"{field}: {message}")
        self.field = field


class CurrencyMismatch(RoomlyError):
    code = "currency"


class NotAvailable(RoomlyError):
    code = "not-available"


class NotFound(RoomlyError, KeyError):
    code = "not-found"

    def __str__(self):
        return Exception.__str__(self)


class Conflict(RoomlyError):
    code = "conflict"


class IllegalTransition(RoomlyError):
    code = "illegal-transition"

    def __init__(self, current, wanted):
        super().__init__(f"a booking that is {current.value} cannot become {wanted.value}")
        self.current = current
        self.wanted = wanted
