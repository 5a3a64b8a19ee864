package dev.codeintel.repo;

import java.util.Locale;
import java.util.Set;

/**
 * The one list of files that look like they hold a secret. They are never embedded and never sent
 * to an embedding server; the index says how many were left out. Told by name alone, and on the
 * side of caution; templates ({@code .env.example}) are let through.
 */
public final class Secrets {

  /** Names of files, in lower case, that hold credentials. */
  private static final Set<String> NAMES =
      Set.of(
          ".dockercfg",
          ".env",
          ".envrc",
          ".git-credentials",
          ".htpasswd",
          ".my.cnf",
          ".netrc",
          ".npmrc",
          ".pgpass",
          ".pypirc",
          ".s3cfg",
          ".vault-token",
          ".yarnrc.yml",
          "_netrc",
          "auth.json",
          "client_secret.json",
          "credentials",
          "credentials.json",
          "credentials.toml",
          "credentials.xml",
          "credentials.yaml",
          "credentials.yml",
          "id_dsa",
          "id_ecdsa",
          "id_ecdsa_sk",
          "id_ed25519",
          "id_ed25519_sk",
          "id_rsa",
          "kubeconfig",
          "master.key",
          "secring.gpg",
          "secrets.json",
          "secrets.toml",
          "secrets.yaml",
          "secrets.yml",
          "service-account.json",
          "service_account.json",
          "terraform.tfvars",
          "wp-config.php");

  /** Ends of names, in lower case: keys, key stores, saved state. */
  private static final Set<String> EXTENSIONS =
      Set.of(
          "agekey",
          "asc",
          "gpg",
          "jceks",
          "jks",
          "kdb",
          "kdbx",
          "key",
          "keystore",
          "keytab",
          "ovpn",
          "p12",
          "p8",
          "pem",
          "pfx",
          "pgp",
          "pkcs12",
          "ppk",
          "tfstate",
          "tfvars");

  /** Paths, in lower case, of well-known credential files whose names alone say little. */
  private static final Set<String> PATHS =
      Set.of(
          ".aws/config",
          ".azure/accesstokens.json",
          ".cargo/credentials",
          ".docker/config.json",
          ".gem/credentials",
          ".kube/config",
          ".m2/settings-security.xml",
          ".m2/settings.xml");

  /** Languages in which credentials are kept, not programmed. */
  private static final Set<String> DATA = Set.of("", "ini", "json", "text", "toml", "xml", "yaml");

  private static final Set<String> TEMPLATES =
      Set.of("dist", "example", "sample", "template", "tmpl");

  private Secrets() {}

  /**
   * @param path a file's path, relative or not, parts joined by {@code /}
   */
  public static boolean looksSecret(String path) {
    var lower = path.toLowerCase(Locale.ROOT);
    var name = lower.substring(lower.lastIndexOf('/') + 1);
    var extension = name.substring(name.lastIndexOf('.') + 1);
    if (TEMPLATES.contains(extension)) {
      return false;
    }
    if (NAMES.contains(name) || name.startsWith(".env.")) {
      return true;
    }
    if (name.startsWith("credentials.") && DATA.contains(Languages.of(name))) {
      return true; // not Credentials.java
    }
    if (name.endsWith(".env") || EXTENSIONS.contains(extension) && !extension.equals(name)) {
      return true;
    }
    for (var known : PATHS) {
      if (lower.endsWith(known)
          && (lower.length() == known.length()
              || lower.charAt(lower.length() - known.length() - 1) == '/')) {
        return true;
      }
    }
    return false;
  }
}
