/**
 * What the readers of the kit check by code, as patterns for the published JSON Schemas. A pattern refuses nothing that the
 * code takes; where it takes more, the code is right.
 */

const BYTE = '(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const V4 = `${BYTE}(\\.${BYTE}){3}`;
/** A colon tells it from a name. */
const V6 = '[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*';

export const ADDRESS = `^(${V4}|${V6}(%.+)?)$`;

export const NETWORK = `^(${V4}(/0*([0-9]|[12][0-9]|3[0-2]))?|${V6}(/0*([0-9]{1,2}|1[01][0-9]|12[0-8]))?)$`;

/** `5`, `10%`. */
export const AMOUNT = '^\\s*([0-9]+(\\.0+)?|0*([0-9]{1,2}(\\.[0-9]+)?|100(\\.0+)?)%)\\s*$';

/** `90s`, `1h30m`. */
export const DURATION = '^([0-9]+(\\.[0-9]+)?(ms|s|m|h|d))+$';

const LABEL_NAME = '[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?';
const DNS_PART = '[a-z0-9]([a-z0-9-]*[a-z0-9])?';

export const LABEL_KEY = `^(${DNS_PART}(\\.${DNS_PART})*/)?${LABEL_NAME}$`;

export const LABEL_VALUE = `^(${LABEL_NAME})?$`;
