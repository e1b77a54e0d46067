"""The front ends: the Streamlit app, its texts and its addresses, and the command line."""
