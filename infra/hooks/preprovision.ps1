# Before azd provisions: is what the templates need there? Says what to do, all at once.
$ErrorActionPreference = 'Stop'
$root = (Resolve-Path (Join-Path $PSScriptRoot '../..')).Path
$wrong = [System.Collections.Generic.List[string]]::new()

function Test-GivenFile([string]$Name, [string]$Path) {
    if (-not $Path) { return }
    # A path given relative is seen from the project's folder.
    $full = if ([System.IO.Path]::IsPathRooted($Path)) { $Path } else { Join-Path $root $Path }
    if (-not (Test-Path -PathType Leaf $full)) { $wrong.Add("${Name}: there is no file $full that can be read.") }
}

if (-not $env:SITE_NAME) { $wrong.Add('SITE_NAME is not set: azd env set SITE_NAME Production') }
if (-not $env:QLIK_SENSE__HOST) { $wrong.Add('QLIK_SENSE__HOST is not set: azd env set QLIK_SENSE__HOST sense.example.com') }
Test-GivenFile 'CLIENT_CERTIFICATE_FILE' $env:CLIENT_CERTIFICATE_FILE
Test-GivenFile 'CLIENT_KEY_FILE' $env:CLIENT_KEY_FILE
Test-GivenFile 'ROOT_CERTIFICATE_FILE' $env:ROOT_CERTIFICATE_FILE

$mode = if ($env:NETWORK_MODE) { $env:NETWORK_MODE } else { 'none' }
$private = $env:PRIVATE_ENDPOINTS -eq 'true'
if ($mode -cnotin 'none', 'new', 'existing') { $wrong.Add("NETWORK_MODE is $mode; it takes none, new or existing.") }
if ($mode -eq 'none' -and $private) {
    $wrong.Add('PRIVATE_ENDPOINTS is true and NETWORK_MODE is none: azd env set NETWORK_MODE new (or existing)')
}
if ($mode -eq 'existing' -and -not $env:EXISTING_APP_SUBNET_ID) {
    $wrong.Add('EXISTING_APP_SUBNET_ID is not set, and NETWORK_MODE is existing.')
}
if ($mode -eq 'existing' -and $private -and -not $env:EXISTING_PRIVATE_ENDPOINT_SUBNET_ID) {
    $wrong.Add('EXISTING_PRIVATE_ENDPOINT_SUBNET_ID is not set, and PRIVATE_ENDPOINTS is true.')
}

# The template writes all app settings anew, and this one may have been set by hand, in a hurry.
function Test-Stop {
    $app = $env:FUNCTION_APP_NAME
    if (-not (Get-Command az -ErrorAction SilentlyContinue)) {
        $wrong.Add("az is needed to look whether LICENSE_RELEASE__STOP is set in $app; install it.")
        return
    }
    # What az writes to stderr must not end the script before its exit code is looked at.
    $ErrorActionPreference = 'Continue'
    $stop = & az functionapp config appsettings list --name $app `
        --resource-group "$env:AZURE_RESOURCE_GROUP" --subscription "$env:AZURE_SUBSCRIPTION_ID" `
        --query "[?name=='LICENSE_RELEASE__STOP'].value" --output tsv `
        --only-show-errors 2>&1
    if ($LASTEXITCODE -ne 0) {
        # It was taken away, and is made anew.
        if ("$stop" -match 'ResourceNotFound|ResourceGroupNotFound') { return }
        $wrong.Add("LICENSE_RELEASE__STOP of $app could not be read (az login?): $stop")
    }
    elseif ("$stop" -notin '', 'false', 'no', 'off', '0') {
        $wrong.Add("LICENSE_RELEASE__STOP is $stop in $app. To keep it: " +
            'azd env set LICENSE_RELEASE__STOP true. To release again, set it to false in the app first.')
    }
}

# Without the name of an app this is the first time.
if ($env:FUNCTION_APP_NAME -and $env:LICENSE_RELEASE__STOP -ne 'true') { Test-Stop }

if ($wrong.Count) {
    $wrong | ForEach-Object { [Console]::Error.WriteLine("- $_") }
    [Console]::Error.WriteLine('Nothing was provisioned. Mend the above (see infra/bicep/README.md) and run azd again.')
    exit 1
}
