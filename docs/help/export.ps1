#!/usr/bin/env pwsh
#Requires -Version 7.6
# Makes what Get-Help reads, en-US/, out of the Markdown beside it. The result is committed: building the module only copies it.
[CmdletBinding()]
param(
    # Where the files go.
    [string] $Destination = "$PSScriptRoot/en-US"
)
$ErrorActionPreference = 'Stop'
. $PSScriptRoot/page.ps1
. $PSScriptRoot/maml.ps1

$null = New-Item -ItemType Directory -Force $Destination
$files = Get-ChildItem $PSScriptRoot -Filter *-*.md | Sort-Object Name
Write-Maml @(foreach ($file in $files) { Read-Page $file.FullName }) "$(Resolve-Path $Destination)/PSContainer.dll-Help.xml"

# Words in lines of 80 columns, as about_ topics have them: Get-Help shows these as they are.
function Format-Wrapped([string] $Text, [string] $Indent) {
    $line = $Indent
    foreach ($word in -split $Text) {
        if ($line.Length + $word.Length -gt 80 -and $line.Trim()) { $line.TrimEnd(); $line = $Indent + ($Text.StartsWith('- ') ? '  ' : '') }
        $line += "$word "
    }
    $line.TrimEnd()
}

# about_ topics are text: headings stand out, the text is indented, marks that only Markdown reads go.
foreach ($page in Get-ChildItem $PSScriptRoot -Filter about_*.md) {
    $blocks = [IO.File]::ReadAllText($page.FullName) -replace '\[(.+?)\]\((.+?)\)', '$1: $2' -split '\n(?:\s*\n)+|\n(?=- )'
    $lines = switch -Regex ($blocks) {
        '^# (.+)' { 'TOPIC'; "    $($Matches[1])"; ''; continue }
        '^## (.+)' { $Matches[1]; ''; continue }
        '^```' { ($_ -split '\n' -notmatch '^```').ForEach({ "        $_" }); ''; continue }
        '^\|' {
            $rows = $_ -split '\n' -notmatch '^\|-' | ForEach-Object { , ($_.Trim('|') -split '\|').Trim() }
            $widths = 0..($rows[0].Count - 1) | ForEach-Object { $column = $_; ($rows | ForEach-Object { $_[$column].Length } | Measure-Object -Maximum).Maximum }
            foreach ($row in $rows) { ('    ' + ((0..($row.Count - 1) | ForEach-Object { $row[$_].PadRight($widths[$_] + 2) }) -join '')).TrimEnd() }
            ''
            continue
        }
        '^- ' { Format-Wrapped ($_ -replace '`') '    '; continue }
        default { Format-Wrapped ($_ -replace '`') '    '; '' }
    }
    [IO.File]::WriteAllText("$Destination/$($page.BaseName).help.txt", (($lines -join "`n") -replace '(?m)^(    - .+)\n(?=[A-Z])', "`$1`n`n").TrimEnd() + "`n")
}
