#!/bin/sh
# Installs what the reader, the simulated hardware and the checks need from Debian, Ubuntu or
# Raspberry Pi OS. Does nothing when all is there; without the right to install it says which
# command to run.
#
#   tools/install_system_packages.sh demo|test|windows
set -eu

# pcscd, vpcd: the card path. swig, gcc, headers: pyscard has no wheel for Linux. opensc: an
# independent judge of the simulated card. iproute2, util-linux: private namespaces. tesseract-ocr
# reads the card's front, fonts-noto-cjk prints the simulated ones.
demo="python3-venv python3-dev gcc swig pkg-config libpcsclite-dev pcscd vsmartcard-vpcd opensc
opensc-pkcs11 iproute2 util-linux openssl tesseract-ocr-eng tesseract-ocr-deu
tesseract-ocr-fra tesseract-ocr-jpn fonts-noto-cjk fontconfig"
# softhsm2, swtpm, libtpm2-pkcs11-1: tokens and a TPM made of software. libtss2-dev brings the way
# to that TPM, a library whose own package has another name in each release. strace kills at chosen
# system calls; eatmydata forgets every sync; libfaketime sets a wrong clock; chromium draws the
# patient's screen, fonts-noto-core has the letters of its languages, espeak-ng, mecab and opus-tools record
# its voice; nodejs runs the other end of the link that was written from docs/HOSTLINK.md alone; the
# other fonts print simulated cards in more than one hand.
test="$demo softhsm2 swtpm libtpm2-pkcs11-1 libtss2-dev strace eatmydata libfaketime chromium nodejs
npm espeak-ng opus-tools mecab mecab-ipadic-utf8 fonts-noto-core fonts-ipaexfont fonts-ipafont
fonts-vlgothic fonts-takao fonts-ocr-a fonts-ocr-b"
# The Python of Windows runs in wine64; binutils link what that Wine lacks.
windows="wine64 binutils-mingw-w64-x86-64"

case "${1:-}" in
demo) wanted=$demo ;;
test) wanted=$test ;;
windows) wanted=$windows ;;
*) echo "usage: $0 demo|test|windows" >&2; exit 64 ;;
esac

missing=""
for package in $wanted; do
    # A machine may bring its own Python, Node.js or browser instead of the package.
    case $package in
    nodejs) command -v node >/dev/null 2>&1 && continue ;;
    npm | chromium | gcc | swig | strace | openssl) command -v "$package" >/dev/null 2>&1 && continue ;;
    python3-venv) "${PYTHON:-python3}" -c 'import ensurepip, venv' 2>/dev/null && continue ;;
    python3-dev)
        header=$("${PYTHON:-python3}" -c 'import sysconfig; print(sysconfig.get_path("include"))')
        [ -f "$header/Python.h" ] && continue ;;
    esac
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed && continue
    missing="$missing $package"
done
[ -n "$missing" ] || exit 0

command -v apt-get >/dev/null 2>&1 || {
    echo "This machine has no apt-get. Install the like of these, then run again:$missing" >&2
    exit 1
}
install="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" -eq 0 ]; then
    root=""
elif command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    root="sudo"
else
    echo "Packages are missing and this account may not install them. Run this as root, then again:" >&2
    echo "  apt-get update && $install" >&2
    exit 1
fi
echo "installing:$missing" >&2
export DEBIAN_FRONTEND=noninteractive
$root apt-get update -q >&2
# shellcheck disable=SC2086 # a list of packages
$root env DEBIAN_FRONTEND=noninteractive $install >&2
