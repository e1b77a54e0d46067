"""The front ends: the Streamlit app, its texts and its addresses, and the command line."""

import pandas as pd

# Tables here have hundreds of rows: the texts of such are compared and looked up in half the time
# where they are Python's own and not Arrow's. Only a process that is the atlas's decides so.
pd.set_option("mode.string_storage", "python")
