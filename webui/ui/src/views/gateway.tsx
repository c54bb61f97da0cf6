import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { GatewayPort } from '../protocol';
import { useDesk } from '../state/context';
import { words } from '../words';
import { Icon } from './icons';
import { nameOf } from './names';

/** Services a real client may want, as PORT/PROTOCOL. */
const services = ['25/tcp', '53/udp', '53/tcp', '80/tcp', '110/tcp', '143/tcp', '465/tcp', '587/tcp', '993/tcp', '995/tcp'];

/** Ports of virtual hosts that programs of the server's machine may reach. */
export function GatewayView(): JSX.Element {
  const { lab } = useDesk();
  const w = words.value;
  const ports = lab.world.value?.gateway?.ports ?? [];
  return (
    <div class="pad gateway">
      <p class="muted">{w.gatewayAbout}</p>
      <OpenForm />
      {ports.length === 0 ? <p class="muted">{w.gatewayNone}</p> : (
        <ul class="items" aria-live="polite">{ports.map((p) => <PortItem key={`${p.host}:${p.port}/${p.proto}`} port={p} />)}</ul>
      )}
    </div>
  );
}

function OpenForm(): JSX.Element {
  const { lab, actions } = useDesk();
  const w = words.value;
  const all = lab.snapshot.value?.nodes ?? [];
  // The student's own hosts come first, and of them a mail server.
  const nodes = [...all.filter((n) => n.mine), ...all.filter((n) => !n.mine)];
  const [host, setHost] = useState('');
  const [service, setService] = useState('25/tcp');
  const [from, setFrom] = useState('');
  const chosen = host || (nodes.find((n) => n.mine && n.role === 'mail') ?? nodes[0])?.id || '';
  const open = () => {
    const [port, proto] = service.split('/');
    void actions.do({ gateway: { host: chosen, port: Number(port), proto, from, on: true } });
  };
  const options = nodes.map((n) => <option key={n.id} value={n.id}>{nameOf(lab, n.id)} ({n.id})</option>);
  return (
    <form class="form row-form" onSubmit={(e) => { e.preventDefault(); open(); }}>
      <label class="field"><span>{w.gatewayHost}</span>
        <select class="input" value={chosen} onChange={(e) => setHost(e.currentTarget.value)}>{options}</select></label>
      <label class="field"><span>{w.gatewayPort}</span>
        <select class="input" value={service} onChange={(e) => setService(e.currentTarget.value)}>{services.map((s) => <option key={s} value={s}>{s}</option>)}</select></label>
      <label class="field"><span>{w.gatewayFrom}</span>
        <select class="input" value={from} onChange={(e) => setFrom(e.currentTarget.value)}><option value="">{w.gatewayFromUsual}</option>{options}</select></label>
      <div class="row"><button type="submit" class="btn primary">{w.gatewayOpen}</button></div>
    </form>
  );
}

function PortItem({ port: p }: { port: GatewayPort }): JSX.Element {
  const { actions } = useDesk();
  const w = words.value;
  const shut = () => void actions.do({ gateway: { host: p.host, port: p.port, proto: p.proto, on: false } });
  return (
    <li class="item">
      <p class="row">
        <code class="strong">{p.addr}</code><Icon name="skip" size={14} /><code>{p.host}:{p.port}/{p.proto}</code>
        <span class="muted">{w.gatewayCount(p.active, p.total)}{p.refused ? `, ${w.gatewayRefused(p.refused)}` : ''}</span>
        <span class="grow" />
        <button type="button" class="btn small-btn" onClick={shut}>{w.gatewayShut}</button>
      </p>
      <p class="muted"><code>{example(p)}</code></p>
    </li>
  );
}

/** A command to try the port with. */
function example(p: GatewayPort): string {
  const [host, port] = [p.addr.replace(/:\d+$/, ''), p.addr.replace(/^.*:/, '')];
  switch (p.port) {
    case 53: return `dig @${host} -p ${port}${p.proto === 'tcp' ? ' +tcp' : ''} . NS`;
    case 80: return `curl http://${p.addr}/`;
    case 465: case 993: case 995: return `openssl s_client -connect ${p.addr}`;
    default: return `nc ${host} ${port}`;
  }
}
