"""The review page: one HTML file that shows a suggestion to people who have nothing but a browser."""
