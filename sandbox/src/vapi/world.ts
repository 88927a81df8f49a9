import type { SandboxConfig } from '../core/config.ts';
import type { FaultBoard } from '../core/faults.ts';
import type { Ledger } from '../core/ledger.ts';
import type { VapiEntry, VapiState } from './state.ts';

/** What every part of the Vapi stand-in shares. */
export interface VapiWorld {
  config: SandboxConfig;
  faults: FaultBoard;
  state: VapiState;
  ledger: Ledger<VapiEntry>;
}
