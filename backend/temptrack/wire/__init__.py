"""The one translation between the domain and the wire, shared by server and client."""
