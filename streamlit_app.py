"""Front door: the application that a server serves, and the script that Streamlit runs in it."""

from __future__ import annotations

import streamlit as st
from starlette.middleware import Middleware

from app import addresses, document, serving, warm

serving.ask_nobody()
if __name__ == "__main__":
    # Where the application is made, Streamlit is not there yet, and would not know the map.
    from app.web import frame, navigation

    serving.tell_of_missing_pages(frame.note_missing)
    navigation.draw()
else:
    app = st.App(
        __file__,
        lifespan=warm.while_served,
        middleware=[Middleware(addresses.NearestPage), Middleware(document.FirstDocument)],
    )
