import { randomUUID } from 'node:crypto';
import { elements, XML_HEAD, type XmlRecord } from '../xml.ts';

export function responseDocument(action: string, body: XmlRecord): string {
  return (
    `${XML_HEAD}<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">` +
    `${elements({ requestId: randomUUID(), ...body }, 'item')}</${action}Response>`
  );
}

export function errorDocument(code: string, message: string): string {
  return (
    `${XML_HEAD}<Response><Errors><Error>${elements({ Code: code, Message: message }, 'item')}</Error></Errors>` +
    `<RequestID>${randomUUID()}</RequestID></Response>`
  );
}
