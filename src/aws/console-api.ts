import type { OnTrace } from '../base/trace.ts';
import type { CloudProfile } from '../kit/types.ts';
import { asker } from './asker.ts';
import { ec2Client } from './client.ts';
import type { Env } from './files.ts';
import type { Patiently } from './patience.ts';

/** What EC2 keeps of the consoles of machines. Errors about credentials come as FireaxeError. */
export interface ConsoleApi {
  /** What the machine wrote since its last boot, as far as EC2 kept it; empty where it has nothing. */
  output(instance: string, signal: AbortSignal): Promise<string>;
  close(): void;
}

export async function consoleApi(
  profile: CloudProfile,
  options: { env?: Env; onTrace?: OnTrace | undefined; again: Patiently },
): Promise<ConsoleApi> {
  const { again, env = process.env, onTrace } = options;
  const [sdk, client] = await Promise.all([import('./sdk-ec2.ts'), ec2Client(profile, env, onTrace, 1)]);
  const said = asker(again, profile);
  return {
    output(instance, signal) {
      const command = new sdk.GetConsoleOutputCommand({ InstanceId: instance });
      return said(async (how) => {
        const { Output = '' } = await client.send(command, how);
        return Buffer.from(Output, 'base64').toString('utf8');
      }, signal);
    },
    close: () => client.destroy(),
  };
}
