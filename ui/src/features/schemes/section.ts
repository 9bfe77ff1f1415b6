import type { SchemeBuilder } from '../../state/builder.svelte';
import type { asks } from './choices';

/** What each part of the form gets. */
export interface SectionProps {
  builder: SchemeBuilder;
  wants: ReturnType<typeof asks>;
  /** Something was changed. */
  onedit: () => void;
}
