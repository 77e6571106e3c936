"""The policy `LoopbackNetworkAllowedForUrls` as files for Edge and Chrome on Windows and Linux.

Source: facts/screens_and_agent.md §9.1; the policy lists of Chrome Enterprise and Microsoft Edge
(both from version 146); Chromium's documentation for administrators on Linux (folders).
"""

import json
from codecs import BOM_UTF16_LE
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

POLICY = "LoopbackNetworkAllowedForUrls"
REGISTRY_KEYS = (
    r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Edge",
    r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Google\Chrome",
)
LINUX_FOLDERS = (
    PurePosixPath("etc/opt/edge/policies/managed"),
    PurePosixPath("etc/opt/chrome/policies/managed"),
    PurePosixPath("etc/chromium/policies/managed"),
)
LINUX_NAME = "uketsuke.json"
REGISTRY_FILE = PurePosixPath("windows/uketsuke.reg")

_ABOUT = """\
受付パソコンのブラウザーの設定（uketsuke）

次のページが、このパソコンの受付エージェント（127.0.0.1）と通信できるようになります。
{origins}

Windows（Edge・Chrome 146 以降）
  1. windows/uketsuke.reg を管理者がダブルクリックし、「はい」を選びます。
     グループポリシーで配る場合は「{policy}」に同じアドレスを入れてください。
  2. ブラウザーで edge://policy（chrome://policy）を開き、「ポリシーを再読み込み」を押します。
     {policy} が一覧にあれば完了です。
  すでに同じポリシーがある場合は、番号（"1"）が重ならないようにファイルを直してください。
Linux
  sudo cp -r linux/etc/. /etc/
  別のファイルで同じポリシーを使っている場合は、そのファイルに書き足してください。
取り消すには、同じキーまたはファイルを消します。

Settings of the browsers on a reception PC (uketsuke)

Pages of the origins above may then call the reception agent on this PC (127.0.0.1) without asking
the user. Nothing else changes.

Windows (Edge and Chrome from version 146)
  1. As an administrator, open windows/uketsuke.reg and say yes. In Group Policy: put the same
     origins into "{policy}".
  2. Open edge://policy (chrome://policy), reload the policies: {policy} is listed.
  If there is such a policy already, change the numbers ("1") in the file to ones that are free.
Linux
  sudo cp -r linux/etc/. /etc/
  If another file there has the same policy, add the origins to that one instead.
To undo it, delete the same keys or files.
"""


def policy_files(origins: Sequence[str]) -> Mapping[PurePosixPath, bytes]:
    """What is to be written, by path in one folder.

    Args:
        origins: As `read_origin` gives them.
    """
    listed = "\n".join(f"  {origin}" for origin in origins)
    about = _ABOUT.format(origins=listed, policy=POLICY)
    linux = json.dumps({POLICY: list(origins)}, indent=2).encode() + b"\n"
    return {
        PurePosixPath("README.txt"): about.encode(),
        REGISTRY_FILE: _registry(origins),
        **{"linux" / folder / LINUX_NAME: linux for folder in LINUX_FOLDERS},
    }


def _registry(origins: Sequence[str]) -> bytes:
    r"""As regedit writes one: UTF-16LE with its mark, CRLF. No origin holds `"` or `\`."""
    lines = ["Windows Registry Editor Version 5.00", ""]
    for key in REGISTRY_KEYS:
        values = [f'"{number}"="{origin}"' for number, origin in enumerate(origins, start=1)]
        lines += [rf"[{key}\{POLICY}]", *values, ""]
    return BOM_UTF16_LE + "".join(f"{line}\r\n" for line in lines).encode("utf-16-le")
