/** A kind of text that is to be removed. */
export interface SensitiveText {
  /** Named in its replacement: `[redacted: kind]`. */
  readonly kind: string;
  /**
   * Global, and linear in the length of the text: each match begins at the start of a word, and repetitions are
   * bounded.
   */
  readonly pattern: RegExp;
  /** Whether a match really is one, if its form alone does not tell; default yes. */
  readonly isOne?: (match: string) => boolean;
}

/**
 * Keys and tokens that can be recognised by their form.
 *
 * Source: the token formats that the providers publish, and RFC 7519 (JSON Web Token), RFC 7468 (PEM), RFC 6750 (Bearer)
 */
export const secretTexts: readonly SensitiveText[] = [
  // A single dash does not end it, because encrypted keys have headers; five do.
  {
    kind: "private key",
    pattern:
      /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:[^-]|-(?!----))*(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g,
  },
  {
    kind: "authorization",
    pattern: /(?<![\w-])(?:Bearer|Basic) [\w.~+/=-]{8,}/gi,
    isOne: (match) => /[\d=]/.test(match), // "basic knowledge" has no digit
  },
  { kind: "token", pattern: /(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g },
  {
    kind: "key",
    pattern: new RegExp(
      `(?<![\\w-])(?:${[
        "sk-[\\w-]{20,}", // OpenAI, Anthropic, OpenRouter, DeepSeek
        "(?:AKIA|ASIA)[A-Z0-9]{16}", // Amazon
        "AIza[\\w-]{30,}", // Google
        "gh[pousr]_[A-Za-z0-9]{30,}",
        "github_pat_\\w{22,}",
        "glpat-[\\w-]{20,}",
        "hf_[A-Za-z0-9]{30,}", // Hugging Face
        "gsk_[A-Za-z0-9]{30,}", // Groq
        "npm_[A-Za-z0-9]{30,}",
        "pypi-[\\w-]{50,}",
        "xox[abeoprs]-[\\w-]{10,}", // Slack
        "[rs]k_(?:live|test)_\\w{16,}", // Stripe
        "SG\\.[\\w-]{16,}\\.[\\w-]{16,}", // SendGrid
      ].join("|")})(?![\\w-])`,
      "g",
    ),
  },
  // In URLs: the text between the colon and the at sign, and parameters that carry keys.
  { kind: "password", pattern: /(?<=:\/\/[^\s/:@"'\\]{0,60}:)[^\s/@"'\\]{1,200}(?=@)/g },
  {
    kind: "key",
    pattern:
      /(?<=[?&](?:key|api_?key|apikey|access_token|auth|sig|signature|token|password|client_secret|x-amz-signature|x-amz-security-token)=)[^&#\s"'\\]+/gi,
  },
];

/** Personal data that can be recognised by its form. Names and postal addresses cannot. */
export const personalTexts: readonly SensitiveText[] = [
  { kind: "email", pattern: /(?<![\w.+-])[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}/g },
  {
    kind: "IBAN",
    pattern: /(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)/g,
    isOne: isIban,
  },
  { kind: "card number", pattern: /(?<![\w.])[3-6]\d{3}(?:[ -]?\d{2,6}){2,4}(?!\w)/g, isOne: isCardNumber },
  { kind: "social security number", pattern: /(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])/g },
  {
    kind: "phone number",
    pattern: /(?<![\w.+])(?:\+\d{1,3}(?:[ .-]?\(?\d{1,4}\)?){2,6}|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4})(?!\w)/g,
    isOne: (match) => digitsOf(match).length >= 8,
  },
  {
    kind: "IP address",
    pattern: /(?<![\w.-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\d)/g,
    isOne: (match) => match.split(".").every((part) => Number(part) < 256) && !/^(?:127|0)\./.test(match),
  },
  {
    kind: "IP address",
    pattern: /(?<![\w:.])[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])/gi,
    isOne: isIpv6,
  },
];

/** The values of these keys are removed, whatever they look like. Case, `-` and `_` are ignored in comparing. */
export const secretKeys: readonly string[] = [
  ...["apikey", "xapikey", "accesskey", "secretkey", "privatekey", "awssecretaccesskey", "xgoogapikey"],
  ...["authorization", "proxyauthorization", "cookie", "setcookie", "credentials", "connectionstring"],
  ...["password", "passwd", "passphrase", "secret", "clientsecret", "xamzsecuritytoken"],
  ...["accesstoken", "refreshtoken", "idtoken", "authtoken", "bearertoken", "sessiontoken", "csrftoken"],
];

/** Luhn's check. Source: ISO/IEC 7812-1, annex B */
function isCardNumber(match: string): boolean {
  const digits = digitsOf(match);
  if (digits.length < 13 || digits.length > 19) return false;
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** The check by remainder modulo 97. Source: ISO 13616-1 */
function isIban(match: string): boolean {
  const compact = match.replaceAll(" ", "");
  if (compact.length < 15 || compact.length > 34) return false;
  const numeric = (compact.slice(4) + compact.slice(0, 4)).replace(/[A-Z]/g, (letter) =>
    String(letter.charCodeAt(0) - 55),
  );
  return [...numeric].reduce((remainder, digit) => (remainder * 10 + Number(digit)) % 97, 0) === 1;
}

/** All eight groups, or a prefix that is in use, so that times and slices do not count. Source: IANA, IPv6 address space */
function isIpv6(match: string): boolean {
  const isWhole = match.split(":").filter((group) => group !== "").length === 8;
  return isWhole || (/^(?:[23][0-9a-f]|f[cde])[0-9a-f]{2}:/i.test(match) && match.split("::").length === 2);
}

function digitsOf(text: string): string {
  return text.replace(/\D/g, "");
}
