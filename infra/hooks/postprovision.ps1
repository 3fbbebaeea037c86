# After azd provisioned: load the certificates that the QMC exported into Key Vault.
#
#   CLIENT_CERTIFICATE_FILE  client.pem, or a .pfx without password
#   CLIENT_KEY_FILE          client_key.pem
#   ROOT_CERTIFICATE_FILE    root.pem
#
# The files are read by az and never printed. A secret gets the expiry date of its certificate, so that the app warns
# in time. A file that is in the vault as it is makes no new version.
$ErrorActionPreference = 'Stop'
$root = (Resolve-Path (Join-Path $PSScriptRoot '../..')).Path
$tries = if ($env:SECRET_TRIES) { [int]$env:SECRET_TRIES } else { 20 }
$waitSeconds = if ($env:SECRET_WAIT_SECONDS) { [int]$env:SECRET_WAIT_SECONDS } else { 15 }

function Stop-Here([string]$Message) {
    [Console]::Error.WriteLine($Message)
    exit 1
}

function Get-Expiry([string]$Path) {
    # Nothing for a file that holds no certificate, like a key.
    if ((Get-Content -Raw $Path) -notmatch '-----BEGIN CERTIFICATE-----') { return $null }
    $certificate = [System.Security.Cryptography.X509Certificates.X509Certificate2]::CreateFromPem((Get-Content -Raw $Path))
    return $certificate.NotAfter.ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ssZ')
}

function Set-VaultSecret([string]$Name, [string]$Path, [string]$Sha256, [string[]]$Options) {
    for ($try = 1; ; $try++) {
        $answer = & az keyvault secret set --vault-name $env:KEY_VAULT_NAME --name $Name --file $Path `
            --tags "sha256=$Sha256" --output none @Options 2>&1
        if ($LASTEXITCODE -eq 0) { return }
        # A role that was just given takes some minutes to be known everywhere.
        if ("$answer" -notmatch 'ForbiddenByRbac') { Stop-Here "${Name}: az could not store the secret: $answer" }
        if ($try -ge $tries) { Stop-Here "${Name}: you may not write secrets into $($env:KEY_VAULT_NAME): $answer" }
        Write-Output "${Name}: waiting for the role Key Vault Secrets Officer ($try of $tries)"
        Start-Sleep -Seconds $waitSeconds
    }
}

function Import-VaultSecret([string]$Name, [string]$File) {
    if (-not $File) { return }
    $path = if ([System.IO.Path]::IsPathRooted($File)) { $File } else { Join-Path $root $File }
    if (-not (Test-Path -PathType Leaf $path)) { Stop-Here "${Name}: there is no file $path that can be read." }
    $sha256 = (Get-FileHash -Algorithm SHA256 $path).Hash.ToLowerInvariant()
    $stored = & az keyvault secret show --vault-name $env:KEY_VAULT_NAME --name $Name --query tags.sha256 --output tsv 2>$null
    if ($stored -eq $sha256) {
        Write-Output "${Name}: unchanged"
        return
    }
    if ($path -match '\.(pfx|p12)$') {
        Set-VaultSecret $Name $path $sha256 @('--encoding', 'base64')
    }
    else {
        if ((Get-Content -Raw $path) -notmatch '-----BEGIN') {
            Stop-Here "${Name}: $path is no PEM file; export it from the QMC with format PEM."
        }
        $options = @('--encoding', 'utf-8')
        $expires = Get-Expiry $path
        if ($expires) { $options += @('--expires', $expires) }
        Set-VaultSecret $Name $path $sha256 $options
    }
    Write-Output "${Name}: stored"
}

if (-not ($env:CLIENT_CERTIFICATE_FILE -or $env:CLIENT_KEY_FILE -or $env:ROOT_CERTIFICATE_FILE)) {
    Write-Output 'No certificate files are given; the secrets in Key Vault stay as they are (infra/bicep/README.md).'
    exit 0
}
if (-not $env:KEY_VAULT_NAME) { Stop-Here "KEY_VAULT_NAME is not set: run this by azd provision, or give the vault's name." }
if (-not (Get-Command az -ErrorAction SilentlyContinue)) {
    Stop-Here 'az is needed to load certificates; install it and run azd provision again.'
}
# What az writes to stderr must not end the script before its exit code is looked at.
$ErrorActionPreference = 'Continue'

function Get-SecretName([string]$Given, [string]$Usual) { if ($Given) { $Given } else { $Usual } }

Import-VaultSecret (Get-SecretName $env:QLIK_SENSE__CLIENT_CERTIFICATE_SECRET 'qlik-client-certificate') $env:CLIENT_CERTIFICATE_FILE
Import-VaultSecret (Get-SecretName $env:QLIK_SENSE__CLIENT_KEY_SECRET 'qlik-client-key') $env:CLIENT_KEY_FILE
Import-VaultSecret (Get-SecretName $env:QLIK_SENSE__ROOT_CERTIFICATE_SECRET 'qlik-root-certificate') $env:ROOT_CERTIFICATE_FILE
