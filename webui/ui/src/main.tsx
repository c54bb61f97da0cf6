import { render } from 'preact';
import './style/main.css';
import { App } from './views/app';

render(<App />, document.getElementById('app')!);
