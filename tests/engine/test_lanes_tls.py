"""Connections to messengers over TLS: who shows a certificate that is believed is spoken to, nobody else."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from engine.lanes import Lanes

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"


def certificate(folder: Path, host: str) -> tuple[Path, Path]:
    """A certificate that vouches for itself, and its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    alternative: x509.GeneralName = x509.IPAddress(ip_address(host)) if host[0].isdigit() else x509.DNSName(host)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    shown, kept = folder / "shown.pem", folder / "kept.pem"
    shown.write_bytes(signed.public_bytes(Encoding.PEM))
    kept.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return shown, kept


async def asked(shown: Path, kept: Path, trusted: ssl.SSLContext | None) -> tuple[list[str], int]:
    """What came of two requests one after another, and how many connections the server has seen."""
    seen: list[object] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(writer)
        try:
            while await reader.readuntil(b"{}"):
                writer.write(ANSWER)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server_side = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server_side.load_cert_chain(shown, kept)
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=server_side)
    url, told = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/", []
    async with httpx.AsyncClient(transport=Lanes(2, 5.0, trusted), trust_env=False, timeout=20) as client:
        for _ in range(2):
            try:
                told.append((await client.post(url, content=b"{}")).text)
            except httpx.HTTPError as error:
                told.append(type(error).__name__)
    server.close()
    return told, len(seen)


def test_who_shows_a_believed_certificate_is_asked_over_one_connection(tmp_path: Path) -> None:
    shown, kept = certificate(tmp_path, "127.0.0.1")
    assert asyncio.run(asked(shown, kept, ssl.create_default_context(cafile=shown))) == (["{}", "{}"], 1)


@pytest.mark.parametrize(("host", "believed"), [("127.0.0.1", False), ("messenger.example", True)])
def test_nobody_else_is_told_anything(tmp_path: Path, host: str, believed: bool) -> None:
    """Neither who vouches for himself alone, nor who is vouched for under another name: nothing was sent."""
    shown, kept = certificate(tmp_path, host)
    trusted = ssl.create_default_context(cafile=shown) if believed else None
    told, connections = asyncio.run(asked(shown, kept, trusted))
    assert (told, connections) == (["ConnectError", "ConnectError"], 0)
