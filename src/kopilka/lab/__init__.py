"""Pure experiments: back-tests, definitions of measures, forecasts."""
