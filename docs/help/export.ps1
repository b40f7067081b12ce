#!/usr/bin/env pwsh
#Requires -Modules Microsoft.PowerShell.PlatyPS
# Makes what Get-Help reads, en-US/, out of the Markdown beside it. The result is committed, since a fresh machine has no PlatyPS.
# A page says of a parameter what is not the usual: PlatyPS knows the rest (no alias, no pipeline, no wildcards, not required, not hidden).
[CmdletBinding()]
param(
    # Where the files go.
    [string] $Destination = "$PSScriptRoot/en-US"
)
$ErrorActionPreference = 'Stop'

$null = New-Item -ItemType Directory -Force $Destination

# Lines that were broken for the page's sake are one line for Get-Help, which breaks them for the terminal's.
function Join-Line([string] $Text) { $Text -replace '(?<=\S)[ \t]*\n[ \t]*(?!\s|- )', ' ' }

# A paragraph as a terminal shows it: code as it stands, without the marks that only Markdown reads.
function Format-Paragraph([string] $Text) {
    if ($Text -match '```') { return $Text -replace '```\w*\n?' -replace '\s+$' }
    (Join-Line $Text) -replace '`'
}

$scratch = [IO.Directory]::CreateTempSubdirectory('pscontainer-help-').FullName
try {
    Get-ChildItem $PSScriptRoot -Filter *-*.md | Sort-Object Name | ForEach-Object FullName | Import-MarkdownCommandHelp |
        Export-MamlCommandHelp -OutputFolder $scratch -Force | ForEach-Object {
            $text = [IO.File]::ReadAllText($_.FullName) -replace "`r`n", "`n"
            $text = [regex]::Replace($text, '(?s)(?<=<maml:para>).*?(?=</maml:para>)', { param($match) Format-Paragraph $match.Value })
            # The writer's spaces at line ends are its own.
            [IO.File]::WriteAllText((Join-Path $Destination $_.Name), ($text -replace '[ \t]+(?=\n)').TrimEnd() + "`n")
        }
}
finally { Remove-Item -Recurse -Force $scratch }

# Words in lines of 80 columns, as about_ topics have them: Get-Help shows these as they are.
function Format-Wrapped([string] $Text, [string] $Indent) {
    $line = $Indent
    foreach ($word in -split $Text) {
        if ($line.Length + $word.Length -gt 80 -and $line.Trim()) { $line.TrimEnd(); $line = $Indent + ($Text.StartsWith('- ') ? '  ' : '') }
        $line += "$word "
    }
    $line.TrimEnd()
}

# PlatyPS leaves about_ topics to others: headings stand out, the text is indented, marks that only Markdown reads go.
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
