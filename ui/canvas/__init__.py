"""The canvas: the component that draws and edits journeys, what Python tells it and what it says back."""
