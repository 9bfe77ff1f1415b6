/** Forms in the body: `a=1&b=%20` taken apart, each field as it means and as it was sent. Nothing is dropped. */

export interface FormField {
  name: Uint8Array;
  value: Uint8Array;
  /** Where the field lies in the bytes: `name=value` as sent. */
  start: number;
  end: number;
}

const AMPERSAND = 0x26;
const EQUALS = 0x3d;

export function formFields(bytes: Uint8Array): FormField[] {
  const fields: FormField[] = [];
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(AMPERSAND, start);
    const end = found < 0 ? bytes.length : found;
    if (end > start) {
      const within = bytes.subarray(start, end).indexOf(EQUALS);
      const equals = within < 0 ? end : start + within;
      fields.push({
        name: unescapedForm(bytes.subarray(start, equals)),
        value: unescapedForm(bytes.subarray(Math.min(end, equals + 1), end)),
        start,
        end,
      });
    }
    start = end + 1;
  }
  return fields;
}

/** `+` is a blank and `%41` a byte; a `%` that begins no such pair stays what it is. */
export function unescapedForm(bytes: Uint8Array): Uint8Array {
  const plain = new Uint8Array(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    const high = byte === 0x25 ? digit(bytes[at + 1]) : -1;
    const low = high < 0 ? -1 : digit(bytes[at + 2]);
    if (low >= 0) {
      plain[length] = high * 16 + low;
      at += 2;
    } else plain[length] = byte === 0x2b ? 0x20 : byte;
    length += 1;
  }
  return plain.subarray(0, length);
}

function digit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
