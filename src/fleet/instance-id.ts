/** Of EC2, or of a machine elsewhere that is registered with Systems Manager. */
export const isInstanceId = (text: string): boolean => /^m?i-[0-9a-f]+$/.test(text);
