"""The mark that Russian law asks of an advertisement (38-FZ, 347-FZ): the word, who advertises, the token."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class AdMark(BaseModel):
    """Who advertises, and under which token of the register of internet advertising."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    advertiser: str = Field(
        title="Advertiser",
        min_length=1,
        max_length=200,
        pattern=r"^[^{}\n]*$",
        description="Name and tax number, as the register knows them.",
    )
    erid: str = Field(
        title="erid",
        pattern=r"^[A-Za-z0-9]{6,100}$",
        description="6 to 100 Latin letters and digits, as the operator of advertising data gave them.",
    )

    def under(self, text: str) -> str:
        """A text with the mark below it."""
        line = f"Реклама. {self.advertiser.rstrip('.')}. erid: {self.erid}"
        return f"{text}\n\n{line}" if text else line
