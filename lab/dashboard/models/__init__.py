"""What the dashboard knows and does, without Qt: events, threads, curves, the queue, the catalogue."""
