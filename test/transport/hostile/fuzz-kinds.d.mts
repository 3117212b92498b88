export const HONEST: string[];
export const KINDS: string[];
export function kindOf(index: number): string;
export function addressOf(index: number): string;
