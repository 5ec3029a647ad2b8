/** A certificate for loopback that nobody vouches for. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** The paths of a certificate and its key. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** Makes certificate.pem and key.pem in a folder, for 127.0.0.1 and two days. */
export function selfSigned(folder: string): Certificate {
  const [certificate, key] = ["certificate.pem", "key.pem"].map((name) => join(folder, name)) as [string, string];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"];
  execFileSync("openssl", ["req", "-x509", ...kind, ...names, "-keyout", key, "-out", certificate], {
    stdio: "ignore",
  });
  return { certificate, key };
}

/** The lines with which a server shows it. */
export const tlsLines = ({ certificate, key }: Certificate): string =>
  `tls { cert_file: "${certificate}", key_file: "${key}" }`;
