; Installer of the agent for Windows 10 and 11, made by Inno Setup 6:
;   iscc /DVersion=0.1.0 packaging\windows\uketsuke-agent.iss
; Nobody has run this yet: see ..\README.md, which also says what must lie where before.

#ifndef Version
  #error Say which version: iscc /DVersion=0.1.0 ...
#endif

[Setup]
AppId=uketsuke-agent
AppName=uketsuke reception agent
AppVersion={#Version}
AppPublisher=uketsuke
DefaultDirName={autopf}\uketsuke
DisableProgramGroupPage=yes
PrivilegesRequired=admin
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
SourceDir=..\..
OutputDir=build\package
OutputBaseFilename=uketsuke-agent-{#Version}-setup
LicenseFile=LICENSE

[Files]
Source: "build\package\uketsuke-agent\*"; DestDir: "{app}\uketsuke-agent"; Flags: recursesubdirs ignoreversion
Source: "build\package\WinSW-x64.exe"; DestDir: "{app}"; DestName: "uketsuke-agent-service.exe"; Flags: ignoreversion
Source: "packaging\windows\uketsuke-agent-service.xml"; DestDir: "{app}"; Flags: ignoreversion
Source: "LICENSE"; DestDir: "{app}"
Source: "NOTICE"; DestDir: "{app}"

[Dirs]
Name: "{commonappdata}\uketsuke"; Flags: uninsneveruninstall

[Run]
; Keys, secrets and results: for SYSTEM, administrators and the service (LocalService) alone.
Filename: "{sys}\icacls.exe"; Parameters: """{commonappdata}\uketsuke"" /inheritance:r /grant:r *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F *S-1-5-19:(OI)(CI)M"; Flags: runhidden
Filename: "{app}\uketsuke-agent-service.exe"; Parameters: "install"; Flags: runhidden; Check: not IsThere
Filename: "{app}\uketsuke-agent-service.exe"; Parameters: "start"; Flags: runhidden; Check: HasConfiguration

[UninstallRun]
Filename: "{app}\uketsuke-agent-service.exe"; Parameters: "stop"; Flags: runhidden; RunOnceId: "stop"
Filename: "{app}\uketsuke-agent-service.exe"; Parameters: "uninstall"; Flags: runhidden; RunOnceId: "uninstall"

[Code]
var
  WasThere: Boolean;

function IsThere: Boolean;
begin
  Result := WasThere;
end;

function HasConfiguration: Boolean;
begin
  Result := FileExists(ExpandConstant('{commonappdata}\uketsuke\agent.toml'));
end;

{ An update: the old program must let go of its files. Results and pairings are not touched. }
function PrepareToInstall(var NeedsRestart: Boolean): String;
var
  Status: Integer;
begin
  Result := '';
  WasThere := FileExists(ExpandConstant('{app}\uketsuke-agent-service.exe'));
  if WasThere then
    Exec(ExpandConstant('{app}\uketsuke-agent-service.exe'), 'stopwait', '', SW_HIDE, ewWaitUntilTerminated, Status);
end;
