"""Bookings of guest berths in a marina."""
