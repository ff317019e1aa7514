// Replaced by the service's own main.
