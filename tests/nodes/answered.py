"""What the tables of answers share."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

TODAY = date(2024, 5, 10)
#: Texts of any letters, and of those that fold in odd ways.
anything = st.text(max_size=60) | st.text("ёЁеЕ́̈йЙ '’-!?👍🏽️⃣\u200d\u00a0дДаА10Iİıßﬀ½", max_size=20)
