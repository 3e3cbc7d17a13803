"""The loop sample by sample, in machine code: exact, as the loop of the experiment is a sampled one."""

import math

from nado_lab.sim_backend.compiled import compiled
from nado_lab.sim_backend.samples.stream import normal


@compiled
def run_loop(  # noqa: PLR0913
    position, ring, outputs, lights, words, mixing, coefficients, gain, contrast, noise, signal, phase, seen
):
    """Carry the loop on through signal (tick, node) rad; write what is seen (tick, node); return position.

    ring (delay, node) holds the filters' last outputs, position where the oldest stands; outputs and lights
    (2, node) what the filters still know; words (node, 4) random streams; coefficients b0 b1 b2 a1 a2;
    gain and contrast (node,); noise: deviation of x, variances of intensity, shot, thermal, size of a count.
    """
    delay, nodes = ring.shape
    for tick in range(signal.shape[0]):
        for node in range(nodes):
            x = signal[tick, node]
            for other in range(nodes):
                x += mixing[node, other] * ring[position, other]
            if noise[0] > 0.0:
                x += noise[0] * normal(words[node])
            light = 0.5 + 0.5 * contrast[node] * math.cos(2.0 * (x + phase[tick, node]))
            variance = noise[1] * light * light + noise[2] * light + noise[3]
            if variance > 0.0:
                light += math.sqrt(variance) * normal(words[node])
            seen[tick, node] = light
            if noise[4] > 0.0:
                light = noise[4] * math.floor(light / noise[4] + 0.5)
            y = coefficients[1] * lights[0, node] + coefficients[2] * lights[1, node]
            y = gain[node] * (y + coefficients[0] * light)
            y -= coefficients[3] * outputs[0, node] + coefficients[4] * outputs[1, node]
            lights[1, node] = lights[0, node]
            lights[0, node] = light
            outputs[1, node] = outputs[0, node]
            outputs[0, node] = y
        for node in range(nodes):
            ring[position, node] = outputs[0, node]
        position += 1
        if position == delay:
            position = 0
    return position
