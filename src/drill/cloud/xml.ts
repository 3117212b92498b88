/** A value to be written as XML. An array becomes elements of one name: `item` in EC2, `member` elsewhere. */
export type XmlValue = string | number | boolean | undefined | XmlValue[] | Many | XmlRecord;
export interface XmlRecord {
  [name: string]: XmlValue;
}

/** An array whose elements have a name of their own, as in Route 53. */
export class Many {
  readonly name: string;
  readonly values: XmlValue[];

  constructor(name: string, values: XmlValue[]) {
    this.name = name;
    this.values = values;
  }
}

export const XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** The elements of a record, one after another. */
export function elements(value: XmlRecord, item: string): string {
  return Object.entries(value)
    .map(([name, member]) => element(name, member, item))
    .join('');
}

function element(name: string, value: XmlValue, item: string): string {
  if (value === undefined) return '';
  return `<${name}>${content(value, item)}</${name}>`;
}

function content(value: Exclude<XmlValue, undefined>, item: string): string {
  if (Array.isArray(value)) return value.map((one) => element(item, one, item)).join('');
  if (value instanceof Many) return value.values.map((one) => element(value.name, one, item)).join('');
  if (typeof value === 'object') return elements(value, item);
  return String(value).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
