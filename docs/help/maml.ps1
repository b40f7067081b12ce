# Writes pages of help in the form that Get-Help reads, MAML.

# Elements by their prefixed names. (Methods: thousands of calls of a function would take seconds.)
class MamlWriter {
    static [hashtable] $Spaces = @{
        maml = 'http://schemas.microsoft.com/maml/2004/10'
        command = 'http://schemas.microsoft.com/maml/dev/command/2004/10'
        dev = 'http://schemas.microsoft.com/maml/dev/2004/10'
    }
    hidden [Xml.XmlWriter] $Writer

    MamlWriter([string] $path) {
        $setting = [Xml.XmlWriterSettings]@{ Indent = $true; NewLineChars = "`n"; Encoding = [Text.UTF8Encoding]::new($false) }
        $this.Writer = [Xml.XmlWriter]::Create($path, $setting)
        $this.Writer.WriteStartElement('helpItems', 'http://msh')
        foreach ($prefix in 'maml', 'command', 'dev') { $this.Writer.WriteAttributeString('xmlns', $prefix, $null, [MamlWriter]::Spaces[$prefix]) }
        $this.Writer.WriteAttributeString('schema', 'maml')
    }

    [void] Open([string] $name) {
        $prefix, $local = $name.Split(':')
        $this.Writer.WriteStartElement($prefix, $local, [MamlWriter]::Spaces[$prefix])
    }

    [void] Open([string] $name, [Collections.IDictionary] $attributes) {
        $this.Open($name)
        foreach ($attribute in $attributes.Keys) { $this.Writer.WriteAttributeString($attribute, $attributes[$attribute]) }
    }

    [void] Close() { $this.Writer.WriteEndElement() }

    # A leaf; without a text it is an empty element.
    [void] Add([string] $name, [string] $text) {
        $prefix, $local = $name.Split(':')
        $this.Writer.WriteElementString($prefix, $local, [MamlWriter]::Spaces[$prefix], $text)
    }

    [void] AddValue([string] $text, [string] $required, [string] $variableLength) {
        $this.Open('command:parameterValue', [ordered]@{ required = $required; variableLength = $variableLength })
        $this.Writer.WriteString($text)
        $this.Close()
    }

    [void] AddDescription([string[]] $paragraphs) {
        $this.Open('maml:description')
        foreach ($paragraph in $paragraphs) { $this.Add('maml:para', $paragraph) }
        $this.Close()
    }

    [void] AddType([string] $type) {
        $this.Open('dev:type')
        $this.Add('maml:name', $type)
        $this.Close()
    }

    # Get-Help shows no empty line between paragraphs of an example. A paragraph of one character that no terminal shows is such a line.
    [void] AddEmptyLine() {
        $this.Open('maml:para')
        $this.Writer.WriteCharEntity([char] 0x80)
        $this.Close()
    }

    [void] End() {
        $this.Close()
        $this.Writer.WriteRaw("`n")
    }

    [void] Dispose() { $this.Writer.Dispose() }
}

$switch = 'System.Management.Automation.SwitchParameter'

# Begins a parameter. Its place, pipeline and aliases are attributes.
function Open-Parameter($Maml, [bool] $Required, [string] $Position, [string] $Pipeline, [bool] $Wildcards, [string[]] $Aliases) {
    $Maml.Open('command:parameter', [ordered]@{
            required = "$Required".ToLowerInvariant()
            variableLength = 'false'
            globbing = "$Wildcards".ToLowerInvariant()
            pipelineInput = $Pipeline
            position = $Position
            aliases = $Aliases ? $Aliases -join ', ' : 'none'
        })
}

# The values that a parameter takes, where they are few.
function Add-AcceptedValue($Maml, [string[]] $Values) {
    if (-not $Values) { return }
    $Maml.Open('command:parameterValueGroup')
    foreach ($value in $Values) { $Maml.AddValue($value, 'false', 'false') }
    $Maml.Close()
}

# A parameter in a line of syntax, where Get-Help shows no more of it than that.
function Add-SyntaxParameter($Maml, $Parameter, $Metadata) {
    Open-Parameter $Maml $Parameter.Required $Parameter.Position 'false' $false ($Parameter.Type ? $Metadata.Aliases : @())
    $Maml.Add('maml:name', $Parameter.Name)
    $Maml.Add('maml:description', '')
    if ($Parameter.Type) {
        Add-AcceptedValue $Maml $Metadata.AcceptedValues
        $Maml.AddValue($Parameter.Type, 'true', 'false')
    }
    $Maml.AddType($Parameter.Type ? $Metadata.Type : $switch)
    $Maml.Close()
}

function Add-Parameter($Maml, $Parameter, $Metadata) {
    $sets = $Metadata.ParameterSets
    $ways = @(if ($sets.ValueFromPipeline) { 'ByValue' }; if ($sets.ValueFromPipelineByPropertyName) { 'ByPropertyName' })
    $pipeline = $ways ? "true ($($ways -join ', '))" : 'false'
    Open-Parameter $Maml ($sets.IsRequired -contains 'true') $sets[0].Position $pipeline $Metadata.SupportsWildcards $Metadata.Aliases
    $Maml.Add('maml:name', $Parameter.Name)
    $Maml.AddDescription($Parameter.Description -split '\n\n')
    Add-AcceptedValue $Maml $Metadata.AcceptedValues
    if ($Metadata.Type -notin $switch, 'SwitchParameter') { $Maml.AddValue($Metadata.Type, 'true', 'true') }
    $Maml.AddType($Metadata.Type)
    $Maml.Close()
}

function Add-TypeList($Maml, [string] $List, [string] $Item, $Types) {
    $Maml.Open("command:$List")
    foreach ($type in $Types) {
        $Maml.Open("command:$Item")
        $Maml.AddType($type.Type)
        $Maml.AddDescription($type.Description)
        $Maml.Close()
    }
    $Maml.Close()
}

function Add-Example($Maml, $Example) {
    $Maml.Open('command:example')
    $Maml.Add('maml:title', "--------- $($Example.Title) ---------")
    $Maml.Open('maml:introduction')
    for ($i = 0; $i -lt $Example.Paragraphs.Count; $i++) {
        if ($i) { $Maml.AddEmptyLine() }
        $Maml.Add('maml:para', $Example.Paragraphs[$i])
    }
    $Maml.Close()
    $Maml.Add('dev:code', '')
    $Maml.Add('dev:remarks', '')
    $Maml.Close()
}

function Add-Detail($Maml, $Page) {
    $verb, $noun = $Page.Name.Split('-')
    $Maml.Open('command:details')
    $Maml.Add('command:name', $Page.Name)
    $Maml.AddDescription($Page.Synopsis)
    $Maml.Add('command:verb', $verb)
    $Maml.Add('command:noun', $noun)
    $Maml.Close()
    $Maml.AddDescription($Page.Description)
}

function Add-Syntax($Maml, $Page, [hashtable] $Metadata) {
    $Maml.Open('command:syntax')
    foreach ($set in $Page.Syntax) {
        $Maml.Open('command:syntaxItem')
        $Maml.Add('maml:name', $Page.Name)
        foreach ($parameter in $set) { Add-SyntaxParameter $Maml $parameter $Metadata[$parameter.Name] }
        $Maml.Close()
    }
    $Maml.Close()
}

function Add-Link($Maml, $Links) {
    $Maml.Open('command:relatedLinks')
    foreach ($link in $Links) {
        $Maml.Open('maml:navigationLink')
        $Maml.Add('maml:linkText', $link.Text)
        $Maml.Add('maml:uri', $link.Uri)
        $Maml.Close()
    }
    $Maml.Close()
}

function Add-Page($Maml, $Page, [hashtable] $Metadata) {
    $Maml.Open('command:command')
    Add-Detail $Maml $Page
    Add-Syntax $Maml $Page $Metadata
    $Maml.Open('command:parameters')
    foreach ($parameter in $Page.Parameters) { Add-Parameter $Maml $parameter $Metadata[$parameter.Name] }
    $Maml.Close()
    Add-TypeList $Maml inputTypes inputType $Page.Inputs
    Add-TypeList $Maml returnValues returnValue $Page.Outputs
    $Maml.Open('maml:alertSet')
    $Maml.Open('maml:alert')
    $Maml.Add('maml:para', $Page.Notes)
    $Maml.Close()
    $Maml.Close()
    $Maml.Open('command:examples')
    foreach ($example in $Page.Examples) { Add-Example $Maml $example }
    $Maml.Close()
    Add-Link $Maml $Page.Links
    $Maml.Close()
}

# What the yaml says of each parameter, by its name. SYNTAX and PARAMETERS speak of the same ones.
function Get-MetadataTable($Page) {
    $table = @{}
    foreach ($parameter in $Page.Parameters) {
        if (-not $parameter.Yaml) { Stop-Page $parameter.Heading "-$($parameter.Name) has no yaml: docs/help/update.ps1 writes it." }
        $table[$parameter.Name] = Read-Metadata $parameter.Yaml
    }
    $shown = [Collections.Generic.HashSet[string]] @(foreach ($set in $Page.Syntax) { $set.Name })
    $apart = @($shown.Where({ -not $table.ContainsKey($_) })) + @($table.Keys.Where({ -not $shown.Contains($_) }))
    if ($apart) { Stop-Page $Page.Section['SYNTAX'].Heading "Of SYNTAX and PARAMETERS only one has -$($apart -join ', -')." }
    $table
}

function Write-Maml([object[]] $Pages, [string] $Path) {
    # All of it is read before anything is written: an error leaves the file as it was.
    $tables = @{}
    foreach ($page in $Pages) { $tables[$page.Name] = Get-MetadataTable $page }
    $maml = [MamlWriter]::new($Path)
    try {
        foreach ($page in $Pages) { Add-Page $maml $page $tables[$page.Name] }
        $maml.End()
    }
    finally { $maml.Dispose() }
}
