"""One editor's seat: the way of a request, whatever asks. The command line and the companion share it."""
