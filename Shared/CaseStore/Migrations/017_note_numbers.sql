-- Whoever decides at once reserves the number of a note before, and writes the note with the event that speaks of it.
GRANT USAGE ON SEQUENCE jiesu.note_number_seq TO jiesu_routing, jiesu_callback;
