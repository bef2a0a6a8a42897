"""What readers and subscribers see over HTTP."""
