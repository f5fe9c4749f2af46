# the room's files and tests
