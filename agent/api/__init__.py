"""The local API: what the staff console and reception software on this PC may know and do."""
