"""Files for the accountant, and lists of bookings from travel agents."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from decimal import Decimal

from roomly.errors import ValidationError
from roomly.hotel import RoomKind

INVOICE_COLUMNS = ("number", "date", "guest", "net", "tax", "gross", "open", "currency")
_DATE_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y")


def export_invoices(invoices, stream=None, delimiter=";"):
    """Write one row for each invoice that was not cancelled; returns the text when no stream is given."""
    target = stream if stream is not None else io.StringIO()
    writer = csv.writer(target, delimiter=delimiter, lineterminator="\n")
    writer.writerow(INVOICE_COLUMNS)
    for invoice in invoices:
        if invoice.cancelled:
            continue
        summary = invoice.summary()
        writer.writerow(
            [invoice.number, invoice.issued_on.isoformat(), invoice.guest, summary["net"], summary["tax"],
             summary["gross"], summary["open"], invoice.currency.value]
        )
    return target.getvalue() if stream is None else None


def parse_date(text):
    for pattern in _DATE_FORMATS:
        try:
            return datetime.strptime(text.strip(), pattern).date()
        except ValueError:
            continue
    raise ValidationError("date", f"cannot be read: {text!r}")


def parse_amount(text):
    """Read `1.234,50` and `1,234.50` alike."""
    text = text.strip().replace(" ", "")
    if "," in text and "." in text:
        thousands = "," if text.rindex(".") > text.rindex(",") else "."
        text = text.replace(thousands, "")
    return Decimal(text.replace(",", "."))


def import_bookings(text, delimiter=","):
    """Rows as dictionaries and complaints as `(line, message)`; a bad row does not stop the others."""
    rows, complaints = [], []
    for line, record in enumerate(csv.DictReader(io.StringIO(text), delimiter=delimiter), start=2):
        try:
            row = {
                "guest": (record.get("guest") or "").strip(),
                "kind": RoomKind((record.get("kind") or "").strip().lower()),
                "arrival": parse_date(record.get("arrival") or ""),
                "departure": parse_date(record.get("departure") or ""),
                "guests": int(record.get("guests") or 1),
            }
            if not row["guest"]:
                raise ValidationError("guest", "is missing")
            if row["departure"] <= row["arrival"]:
                raise ValidationError("departure", "must be after arrival")
        except (ValidationError, ValueError) as error:
            complaints.append((line, str(error)))
        else:
            rows.append(row)
    return rows, complaints
