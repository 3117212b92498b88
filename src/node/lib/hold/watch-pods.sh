# The watch, for pods.
# needs: pods-as watch
# shellcheck shell=sh


