// Owns the rule of what the inspector hides: values of fields with names that look secret, and of those that the app names. In: a name. Out: yes or no.

import { plainName } from './option.ts';

/** What stands in a hidden value's place. */
export const REDACTED = '«redacted»';

/** Parts of names that say secret, in the form of {@link plainName}. Rather too much than too little: what is hidden can still be logged. */
const PARTS =
  /passw|passphrase|passcode|secret|token|apikey|accesskey|privatekey|signingkey|authorization|cookie|credential|bearer|csrf|xsrf|sessionid|connectsid|cardnumber|creditcard|passkey|encryptionkey|pincode|(?:access|security|verification|onetime)code/;
/** Whole names. */
const WHOLE =
  /^(?:pass|pwd|auth|sid|jwt|otp|totp|mfa|pin|cvv|cvc|iban|ssn|salt|hash|passwordhash|seed|mnemonic|signature)$/;

/** Says whether the value of a field is hidden. */
export type Redaction = (name: string) => boolean;

/** Makes the rule of an app. */
export function redaction(own: readonly (string | RegExp)[]): Redaction {
  const names = new Set(own.filter((rule) => typeof rule === 'string').map(plainName));
  // without g and y: with them a RegExp remembers where it was
  const patterns = own
    .filter((rule) => rule instanceof RegExp)
    .map(({ source, flags }) => new RegExp(source, flags.replace(/[gy]/g, '')));
  return (name) => {
    const plain = plainName(name);
    return PARTS.test(plain) || WHOLE.test(plain) || names.has(plain) || patterns.some((pattern) => pattern.test(name));
  };
}
