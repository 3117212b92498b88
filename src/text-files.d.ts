// Node scripts and playbooks are bundled as text (see build.mjs and vitest.config.ts).
declare module '*.sh' {
  const text: string;
  export default text;
}
declare module '*.yaml' {
  const text: string;
  export default text;
}
