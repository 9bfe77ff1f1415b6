import { mount } from 'svelte';
import App from './app/App.svelte';
import { openHost } from './host';
import { drawn } from './lib/drawn';
import { Workbench } from './state/workbench.svelte';
import './styles/tokens.css';
import './styles/base.css';

const target = document.getElementById('app');
if (target !== null) {
  const bench = new Workbench(await openHost(), undefined, drawn);
  mount(App, { target, props: { bench } });
}
