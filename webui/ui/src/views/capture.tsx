import type { JSX } from 'preact';
import type { Row } from '../protocol';
import { useDesk } from '../state/context';
import { words } from '../words';
import { Icon } from './icons';

/** A link that downloads packets for Wireshark: of the session, of one host's interfaces, or of one span. */
export function CaptureLink({ host, span, class: name, children }: { host?: string; span?: number; class: string; children: string }): JSX.Element {
  const { lab } = useDesk();
  const query = host ? `?host=${encodeURIComponent(host)}` : span ? `?span=${span}` : '';
  return (
    <a class={name} href={`/api/sessions/${encodeURIComponent(lab.session)}/pcapng${query}`} download title={words.value.packets}>
      <Icon name="download" size={14} />{children}
    </a>
  );
}

/** The span of an event: what it opened, else what it belongs to. */
export function SpanCapture({ row }: { row: Row }): JSX.Element | null {
  const { lab } = useDesk();
  const span = lab.log.end(row.seq) ? row.seq : row.span;
  return span ? <CaptureLink span={span} class="link small">{words.value.packetsOf}</CaptureLink> : null;
}
