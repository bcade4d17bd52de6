import { createHash, createPrivateKey, type KeyObject } from 'node:crypto';
import { type CryptoKey, importJWK } from 'jose';
import { type ClientAuth, modifyAssertion, PrivateKeyJwt } from 'openid-client';
import { certificatesOf, ConfigError } from '#libs/runtime/config.js';
import { messageOf } from '#libs/runtime/outcome.js';

/**
 * A private key of the console's own, by which it shows the provider who asks (`private_key_jwt`, OpenID Connect Core 1.0, section 9): what it sends is
 * signed anew each time, and nothing that could be used again leaves the console. A certificate beside the key is named by its thumbprints (RFC 7515,
 * sections 4.1.7 and 4.1.8), by which Entra ID finds the key.
 */
export class ShownKey {
  readonly #key: KeyObject;
  readonly #algorithms: readonly string[];
  readonly #thumbprints: Readonly<Record<string, string>>;
  readonly #imported = new Map<string, Promise<CryptoKey>>();

  /** `pem`: a private key, and its certificate where the provider goes by it. Throws `ConfigError`, which quotes nothing of it. */
  constructor(
    pem: string,
    private readonly kid: string | undefined,
  ) {
    try {
      this.#key = createPrivateKey(pem);
    } catch (cause) {
      throw mistaken(`holds no private key in PEM without a passphrase (${messageOf(cause)})`);
    }
    this.#algorithms = algorithmsOf(this.#key);
    this.#thumbprints = thumbprintsOf(pem, this.#key);
  }

  readonly auth: ClientAuth = async (server, client, body, headers) => {
    const known = server.token_endpoint_auth_signing_alg_values_supported;
    const [first = ''] = this.#algorithms;
    const alg = this.#algorithms.find((one) => known?.includes(one)) ?? first;
    const imported = this.#imported.get(alg) ?? importKey(this.#key, alg);
    this.#imported.set(alg, imported);
    const given = { key: await imported, ...(this.kid !== undefined && { kid: this.kid }) };
    const options = { [modifyAssertion]: (header: object) => void Object.assign(header, this.#thumbprints) };
    await PrivateKeyJwt(given, options)(server, client, body, headers);
  };
}

async function importKey(key: KeyObject, alg: string): Promise<CryptoKey> {
  const imported = await importJWK(key.export({ format: 'jwk' }), alg);
  if (imported instanceof Uint8Array) throw mistaken('is a secret and no private key');
  return imported;
}

const curves: Readonly<Record<string, string>> = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' };

/** Those that a key can sign by, the first where the provider names none. */
function algorithmsOf(key: KeyObject): readonly string[] {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  const curve = curves[details?.namedCurve ?? ''];
  if (type === 'rsa' && (details?.modulusLength ?? 0) >= 2048) return ['RS256', 'PS256'];
  if (type === 'ec' && curve !== undefined) return [curve];
  if (type === 'ed25519') return ['EdDSA'];
  throw mistaken(`is a key of ${type}: make one of RSA with 2048 bits or more, of P-256, or Ed25519`);
}

function thumbprintsOf(pem: string, key: KeyObject): Readonly<Record<string, string>> {
  const [certificate] = certificatesOf(pem);
  if (!certificate) return {};
  if (!certificate.checkPrivateKey(key))
    throw mistaken('holds a certificate of another key: put the one that was made for it first');
  const digest = (algorithm: string) => createHash(algorithm).update(certificate.raw).digest('base64url');
  return { typ: 'JWT', x5t: digest('sha1'), 'x5t#S256': digest('sha256') };
}

function mistaken(what: string): ConfigError {
  return new ConfigError(`VIGIE_OIDC_CLIENT_KEY ${what}: see docs/console.md`);
}
