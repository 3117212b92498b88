import { randomUUID } from 'node:crypto';

/** A value to be written as XML: arrays become `<item>` elements, as EC2 does. */
export type XmlValue = string | number | boolean | undefined | XmlValue[] | { [name: string]: XmlValue };

function escapeText(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

function write(name: string, value: XmlValue): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return `<${name}>${value.map((v) => write('item', v)).join('')}</${name}>`;
  if (typeof value === 'object') return `<${name}>${members(value)}</${name}>`;
  return `<${name}>${escapeText(String(value))}</${name}>`;
}

function members(value: { [name: string]: XmlValue }): string {
  return Object.entries(value)
    .map(([name, member]) => write(name, member))
    .join('');
}

export function responseDocument(action: string, body: { [name: string]: XmlValue }): string {
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n` +
    `<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">` +
    `${members({ requestId: randomUUID(), ...body })}</${action}Response>`
  );
}

export function errorDocument(code: string, message: string): string {
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error>` +
    `${members({ Code: code, Message: message })}</Error></Errors>` +
    `<RequestID>${randomUUID()}</RequestID></Response>`
  );
}
