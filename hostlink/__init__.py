"""The wire contract between reader and reception PC: the only thing the two ever share.

Bytes on the cable become frames, frames carry a mutual TLS 1.3 session, the session carries
deterministic CBOR messages, and a finished visit travels as a COSE_Sign1 result that anyone
can verify with OpenSSL alone. Neither `device` nor `agent` imports the other.
"""
