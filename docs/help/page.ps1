# Reads a page of help. Its Markdown is what these pages need and no more: what Get-Help could not show as it is meant is an error with page and line.

$sectionTitles = 'SYNOPSIS', 'SYNTAX', 'ALIASES', 'DESCRIPTION', 'EXAMPLES', 'PARAMETERS', 'INPUTS', 'OUTPUTS', 'NOTES', 'RELATED LINKS'

# What prose may not have: Get-Help would show the marks.
$foreign = [ordered]@{
    '^\s*\|' = 'a table'
    '^\s*>' = 'a quotation'
    '^\s*(?:[*+]|\d+[.)])\s' = 'a list whose items do not begin with "- "'
    '^(?:\t|    )' = 'indented code: code stands between lines of ```'
    '^#' = 'a heading of a level that pages do not have'
    '^\s*(?:-{3,}|={3,})\s*$' = 'a rule'
    '\]\(' = 'a link: it goes under RELATED LINKS'
    '\*\*|(?<!\w)__\w' = 'an emphasis'
    '</?[a-z]+\d?[^<>]*>' = 'a tag'
}
$anyForeign = [regex]::new($foreign.Keys -join '|')
$inlineCode = [regex]::new('`[^`]+`')

# Ends with the page, the line (counted from 1) and what is wrong there. Offset is the line's number within the block.
function Stop-Page($Block, [string] $Problem, [int] $Offset = 0) { throw "$($Block.Page), line $($Block.First + $Offset + 1): $Problem" }

# Kind: Heading (Level says which), Code (Text is its language) or Prose. First and Last are indices of lines, a fence's among them.
function New-Block([string] $Page, [string] $Kind, [int] $First, [string] $Text, [int] $Level) {
    [pscustomobject]@{ Page = $Page; Kind = $Kind; Text = $Text; Level = $Level; First = $First; Last = $First; Lines = [Collections.Generic.List[string]]::new() }
}

# A page's headings, fenced code and paragraphs, in their order.
function Read-Block([string] $Page, [string[]] $Lines, [int] $From) {
    $block = $null
    $blocks = for ($number = $From; $number -lt $Lines.Count; $number++) {
        $line = $Lines[$number]
        if ($block.Kind -eq 'Code') {
            $block.Last = $number
            if ($line -ceq '```') { $block = $null }
            elseif ($line.StartsWith('```')) { Stop-Page $block 'This code does not end before the next one begins.' }
            else { $block.Lines.Add($line) }
        }
        elseif ([string]::IsNullOrWhiteSpace($line)) { $block = $null }
        elseif ($line -cmatch '^(#{1,3}) +(\S.*)$') {
            $block = $null
            New-Block $Page Heading $number $Matches[2].Trim() $Matches[1].Length
        }
        elseif ($line -cmatch '^```(|powershell|yaml)$') { ($block = New-Block $Page Code $number $Matches[1]) }
        elseif ($line -match '^\s*```') { Stop-Page (New-Block $Page Code $number) 'Code begins with ```, ```powershell or ```yaml at the beginning of a line.' }
        else {
            if (-not $block) { ($block = New-Block $Page Prose $number) }
            $block.Lines.Add($line)
            $block.Last = $number
        }
    }
    if ($block.Kind -eq 'Code') { Stop-Page $block 'This code does not end.' }
    $blocks
}

# The blocks under each heading of a level. Nothing stands before the first heading.
function Get-Section([object[]] $Blocks, [int] $Level) {
    $section = $null
    foreach ($block in $Blocks) {
        if ($block.Kind -eq 'Heading' -and $block.Level -eq $Level) {
            ($section = [pscustomobject]@{ Title = $block.Text; Heading = $block; Blocks = [Collections.Generic.List[object]]::new() })
        }
        elseif ($section) { $section.Blocks.Add($block) }
        else { Stop-Page $block "A heading of level $Level comes before this." }
    }
}

function Test-Prose($Block) {
    if ($Block.Kind -ne 'Prose') { Stop-Page $Block "Prose is expected here, and not a piece of kind $($Block.Kind)." }
    for ($i = 0; $i -lt $Block.Lines.Count; $i++) {
        # What is code in a line stands for itself.
        $line = $inlineCode.Replace($Block.Lines[$i], 'code')
        if (-not $anyForeign.IsMatch($line)) { continue }
        $pattern = $foreign.Keys.Where({ $line -cmatch $_ })[0]
        Stop-Page $Block "This is $($foreign[$pattern])." $i
    }
}

# Lines that were broken for the page's sake are one line for Get-Help, which breaks them for the terminal's; marks that only Markdown reads go.
function Join-Prose([object[]] $Blocks) {
    $paragraphs = foreach ($block in $Blocks) {
        Test-Prose $block
        ($block.Lines -join "`n") -replace '[ \t]*\n[ \t]*(?!\s|- )', ' ' -replace '`'
    }
    $paragraphs -join "`n`n"
}

# The yaml of a parameter says what is not the usual: no alias, no pipeline, no wildcards, not required.
function Read-Metadata($Block) {
    $data = @{ Type = ''; DefaultValue = ''; SupportsWildcards = $false; Aliases = @(); AcceptedValues = @(); ParameterSets = @() }
    $list = ''
    for ($i = 0; $i -lt $Block.Lines.Count; $i++) {
        $line = $Block.Lines[$i]
        if ($line -cmatch '^(Type|DefaultValue): (.+)$') { $data[$Matches[1]] = $Matches[2]; $list = '' }
        elseif ($line -ceq 'SupportsWildcards: true') { $data.SupportsWildcards = $true; $list = '' }
        elseif ($line -cmatch '^(Aliases|AcceptedValues|ParameterSets):$') { $list = $Matches[1] }
        elseif ($list -eq 'ParameterSets' -and $line -cmatch '^- Name: (.+)$') { $data.ParameterSets += @{ Name = $Matches[1] } }
        elseif ($data.ParameterSets -and $list -eq 'ParameterSets' -and $line -cmatch '^  (Position|IsRequired|ValueFrom\w+): (\w+)$') {
            $data.ParameterSets[-1][$Matches[1]] = $Matches[2]
        }
        elseif ($list -in 'Aliases', 'AcceptedValues' -and $line -cmatch '^- (\S+)$') { $data[$list] += $Matches[1] }
        else { Stop-Page $Block "The yaml of a parameter does not have this: $line" ($i + 1) }
    }
    if (-not $data.Type -or -not $data.ParameterSets) { Stop-Page $Block 'Type or ParameterSets is missing.' }
    [pscustomobject] $data
}

# A parameter: its name, what the page says of it, and its yaml's block. A page that is being written need not have that one yet.
function Read-Parameter($Section) {
    if ($Section.Title -cnotmatch '^-(\w+)$') { Stop-Page $Section.Heading "A parameter's heading is ### -Name." }
    $name = $Matches[1]
    $yaml = $null
    $prose = foreach ($block in $Section.Blocks) {
        if ($yaml) { Stop-Page $block "The yaml of -$name comes last." }
        if ($block.Kind -eq 'Code' -and $block.Text -ceq 'yaml') { $yaml = $block } else { $block }
    }
    if (-not $prose) { Stop-Page $Section.Heading "Nothing is said of -$name." }
    [pscustomobject]@{ Name = $name; Description = Join-Prose $prose; Heading = $Section.Heading; Last = @($prose)[-1].Last; Yaml = $yaml }
}

# A parameter set of the SYNTAX section, as Heading says or the only one; of each parameter, what the brackets say.
function Read-Syntax($Block, [string] $Name) {
    $text = $Block.Lines -join ''
    if ($Block.Kind -ne 'Code' -or "$text " -cnotmatch "^$Name ") { Stop-Page $Block "Code that begins with $Name is expected here." }
    $text = $text.Substring($Name.Length) -creplace ' \[<CommonParameters>\]$'
    $found = [regex]::Matches($text, '\G (?<maybe>\[)?(?:(?<place>\[)-(?<name>\w+)\] <(?<type>[^>]+)>|-(?<name>\w+)(?: <(?<type>[^>]+)>)?)(?(maybe)\])(?= [[-]|$)')
    $read = -join $found.Value
    if ($read -cne $text) { Stop-Page $Block "This is no parameter:$($text.Substring($read.Length))" }
    $position = 0
    foreach ($match in $found) {
        [pscustomobject]@{
            Name = $match.Groups['name'].Value
            Type = $match.Groups['type'].Value
            Required = -not $match.Groups['maybe'].Success
            Position = $match.Groups['place'].Success ? "$(($position++))" : 'named'
        }
    }
}

# Paragraphs: prose as it is, code at its empty lines.
function Read-Example($Section) {
    if ($Section.Title -cnotmatch '^Example \d+: \S') { Stop-Page $Section.Heading "An example's heading is ### Example N: What it shows." }
    $paragraphs = foreach ($block in $Section.Blocks) {
        if ($block.Kind -ne 'Code') { Join-Prose $block; continue }
        if ($block.Text -cne 'powershell') { Stop-Page $block 'Code of an example begins with ```powershell.' }
        ($block.Lines -join "`n") -split '\n(?:[ \t]*\n)+' | ForEach-Object TrimEnd
    }
    [pscustomobject]@{ Title = $Section.Title; Paragraphs = @($paragraphs) }
}

function Read-Link($Block) {
    for ($i = 0; $i -lt $Block.Lines.Count; $i++) {
        if ($Block.Kind -ne 'Prose' -or $Block.Lines[$i] -cnotmatch '^(?:- )?\[([^\]]+)\]\(([^)\s]+)\)$') { Stop-Page $Block 'A line here is [text](address).' $i }
        [pscustomobject]@{ Text = $Matches[1]; Uri = $Matches[2] }
    }
}

# The page's sections, each once and in its order; ALIASES can be left out.
function Read-SectionTable([object[]] $Sections, $Title) {
    $table = [ordered]@{}
    $expected = -1
    foreach ($section in $Sections) {
        $index = $sectionTitles.IndexOf($section.Title)
        if ($index -le $expected) { Stop-Page $section.Heading "The sections are, in this order: $($sectionTitles -join ', ')." }
        $expected = $index
        $table[$section.Title] = $section
    }
    $missing = $sectionTitles.Where({ $_ -ne 'ALIASES' -and -not $table.Contains($_) })
    if ($missing) { Stop-Page $Title "The page has no section $($missing -join ', ')." }
    $table
}

# The page of a cmdlet as an object. Lines are its lines as they stand, which the blocks count.
function Read-Page([string] $Path) {
    $file = [IO.Path]::GetFileName($Path)
    $name = [IO.Path]::GetFileNameWithoutExtension($Path)
    $lines = [IO.File]::ReadAllText($Path).TrimEnd("`n") -split '\n'
    $top = New-Block $file Prose 0
    $end = [array]::IndexOf($lines, '---', 1)
    if ($lines[0] -cne '---' -or $end -lt 0 -or $lines[1..$end] -cnotcontains "title: $name") { Stop-Page $top "A page begins with its metadata, in which is: title: $name" }
    $title, $blocks = @(Read-Block $file $lines ($end + 1))
    if ($title.Kind -ne 'Heading' -or $title.Level -ne 1 -or $title.Text -cne $name) { Stop-Page $title "The page's heading is # $name." }
    $section = Read-SectionTable (Get-Section $blocks 2) $title

    $parts = Get-Section $section['PARAMETERS'].Blocks 3
    $code = foreach ($block in $section['SYNTAX'].Blocks) { if ($block.Kind -ne 'Heading') { $block } }
    [pscustomobject]@{
        Name = $name
        Lines = $lines
        Section = $section
        Synopsis = Join-Prose $section['SYNOPSIS'].Blocks
        Syntax = @(foreach ($block in $code) { , @(Read-Syntax $block $name) })
        Description = Join-Prose $section['DESCRIPTION'].Blocks
        Examples = @(foreach ($part in Get-Section $section['EXAMPLES'].Blocks 3) { Read-Example $part })
        Parameters = @(foreach ($part in $parts) { if ($part.Title -cne 'CommonParameters') { Read-Parameter $part } })
        Inputs = @(Read-TypeList $section['INPUTS'])
        Outputs = @(Read-TypeList $section['OUTPUTS'])
        Notes = Join-Prose $section['NOTES'].Blocks
        Links = @(foreach ($block in $section['RELATED LINKS'].Blocks) { Read-Link $block })
    }
}

# What a cmdlet takes or gives: a type, and what it is here.
function Read-TypeList($Section) {
    foreach ($part in Get-Section $Section.Blocks 3) { [pscustomobject]@{ Type = $part.Title; Description = Join-Prose $part.Blocks } }
}
