"""Backtest of the forecast: simulated demand, simple references, measured error and coverage."""
