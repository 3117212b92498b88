import type {
  AnswerFlags,
  ChangeFlags,
  CommonFlags,
  PaceFlags,
  ParameterFlags,
  TargetFlags,
  VerboseFlags,
  WaveFlags,
} from './options.ts';
import type { Dispatched } from './types.ts';

/** Every flag that several verbs share; each verb gives some of them. */
export interface Flags
  extends CommonFlags,
    TargetFlags,
    PaceFlags,
    WaveFlags,
    ChangeFlags,
    ParameterFlags,
    AnswerFlags,
    VerboseFlags,
    Dispatched {
  /** Of `exec`: `-` takes stdin. */
  script?: string | undefined;
}
